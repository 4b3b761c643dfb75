# tries: a document of a word processor
# file: homework.docx
# verdict: unreadable
upload = zipped({"word/document.xml": b"<x/>"})
