"""Where the shipped weights and tables come from: the written questions, and the scripts that learn from them."""
