"""The environment variables of a submission."""

FOLDER_VARIABLES = (
    "HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "TORCH_HOME", "TORCHINDUCTOR_CACHE_DIR",
)  # fmt: skip

# As a kernel sets them; and pip gives up at once where nothing can be reached.
KERNEL_VARIABLES = {
    "JPY_PARENT_PID": "1",  # by which some tell that they are in a notebook
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "USER": "student",
    "LOGNAME": "student",
    "FORCE_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PIP_RETRIES": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
