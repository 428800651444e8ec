"""Tables, the SQL over them, and the file formats of a batch."""
