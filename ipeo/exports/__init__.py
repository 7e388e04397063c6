"""What a page says, described once (`dossier`) and written as CSV, XLSX, PDF and PPTX."""
