"""Any file or folder of texts as a stream of rows, in flat memory; what cannot be read is a row that says so."""
