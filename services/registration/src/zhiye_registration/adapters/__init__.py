"""Tables, repositories, files, and the translation to contract events."""
