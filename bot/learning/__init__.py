"""How the knowledge base fills itself from what people asked and what engineers solved, under a human's eye."""
