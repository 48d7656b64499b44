"""Who takes care of what people say: questions, reports, answers to what was asked, words to a customer."""
