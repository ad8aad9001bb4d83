"""How people read the archive: in a terminal, and in Datasette."""
