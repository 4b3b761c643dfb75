# tries: the download folder of a learning platform
# file: Jane Doe_123456_assignsubmission_file_/autodiff (1).ipynb
