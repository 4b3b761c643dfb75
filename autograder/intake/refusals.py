"""Why an upload is no submission, in both languages: what is the matter, and what would help."""

from autograder.errors import SubmissionError
from autograder.languages import SEPARATOR

UPLOAD = ("upload the .ipynb file itself", "请上传 .ipynb 文件本身")
RESAVE = (
    "open it in Jupyter, save it and upload it again",
    "请在 Jupyter 中打开、保存，再重新上传",
)
SAVE = ("save the notebook and upload it again", "请保存笔记本，再重新上传")
CHOOSE = ("upload the one that is to be graded", "请只上传要评分的那一个")
DELETE = ("delete what is not needed", "请删去不需要的部分")


def refusal(
    shown: str, english: str, chinese: str, advice: tuple[str, str] = UPLOAD
) -> SubmissionError:
    """Return the error that refuses an upload.

    Args:
        shown: the file's name in messages.
        advice: what its author can do, in both languages.
    """
    name = shown.replace(SEPARATOR.strip(), "|")
    return SubmissionError(
        f"{name}: {english}; {advice[0]}{SEPARATOR}{name}：{chinese}；{advice[1]}"
    )
