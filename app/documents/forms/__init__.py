"""The official form of a self-evaluation as a file: xlsx, docx and PDF; the same form and instant, the same bytes."""
