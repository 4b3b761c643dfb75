# tries: null characters and halves of surrogate pairs in the code
upload = dump(notebook).replace(b'"source": ["def branch', b'"source": ["\\u0000# \\ud800 \\udfff\\ndef branch').replace(b'"import torch', b'"# \\ud83d\\nimport torch')
