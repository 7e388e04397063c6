"""The importer's judgement: what a file says, before anything is stored."""
