"""The reader's door: every public page, as a document that can be asked for conditionally."""
