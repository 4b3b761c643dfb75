"""Every sentence of the pages in English and Chinese, and how a page holds both."""

# ruff: noqa: E501

import re
from collections.abc import Iterable
from functools import cache

from markupsafe import Markup, escape

from autograder.languages import SEPARATOR
from autograder.model import Status
from autograder.reports.misconceptions import CHINESE, ENGLISH
from autograder.reports.strings_of_the_course import COURSE_TEXTS

TEXTS = {
    # both pages
    "language": ("Language", "语言"),
    "skip": ("Skip to content", "跳到正文"),
    "points": ("{earned} of {possible} points", "{earned} / {possible} 分"),
    "passed": ("passed", "通过"),
    "failed": ("not passed", "未通过"),
    "hidden": ("hidden", "隐藏"),
    "public": ("public", "公开"),
    "question": ("Question", "题目"),
    "graded_by": ("Graded by", "评分依据"),
    "axes_shown": ("The vertical range is that of the right curve, widened; what leaves it is cut off.",
                   "纵轴范围取自正确曲线并略有放宽；超出部分不显示。"),
    # class report
    "report_title": ("Class report", "班级报告"),
    "report_head": ("Class report: {title}", "班级报告：{title}"),
    "submissions": ("Submissions", "提交"),
    "median": ("Median", "中位数"),
    "mean": ("Mean", "平均"),
    "full_marks": ("Full marks", "满分"),
    "below_half": ("Below half", "低于一半"),
    "not_graded": ("Not graded", "未评分"),
    "reliability": ("Reliability", "信度"),
    "reliability_help": ("Cronbach’s alpha over the questions: how far they measure one thing. "
                         "Above 0.7 is good for an exercise sheet.",
                         "各题的 Cronbach α 系数：题目在多大程度上测量同一能力。练习高于 0.7 即为良好。"),
    "standing_out": ("What stands out", "要点"),
    "missing_module": ("Notebooks that failed in a cell with imports: {count}. No module named {module}.",
                       "{count} 份笔记本在导入单元失败：No module named {module}。"),
    "hardest": ("{question} was the hardest question: {share} of its points were earned.",
                "{question} 最难：全班得到了它 {share} 的分数。"),
    "easiest": ("{question} was the easiest: {share} of its points were earned.",
                "{question} 最容易：全班得到了它 {share} 的分数。"),
    "commonest": ("Apart from missing and wrong answers, the most frequent misconception is "
                  "“{slip}”, in {share} of the class.",
                  "除了没有作答和答案错误之外，最常见的误解是“{slip}”，占全班 {share}。"),
    "suspicious": ("Look at {case}: it does not tell strong from weak students (discrimination {value}).",
                   "请检查 {case}：它不能区分掌握好与差的学生（区分度 {value}）。"),
    "struggling": ("Submissions with less than half of the points: {count}.", "得分不到一半的提交：{count} 份。"),
    "ungraded": ("Submissions without a mark, which need another run: {count}.", "尚未评分、需要重新运行的提交：{count} 份。"),
    "none_readable": ("None of the {count} submissions can be read for this assignment: are folder and "
                      "assignment the right ones?",
                      "{count} 份提交都无法作为本作业读取：文件夹和作业选对了吗？"),
    "unreadable_files": ("Submissions with zero points because they cannot be read: {count}. See above.",
                         "因无法读取而得零分的提交：{count} 份，见上文。"),
    "changed_marks": ("Marks that the latest run changed: {count}. See below.", "最近一次评分改变了 {count} 个分数，见下文。"),
    "changes": ("Changed marks", "改变的分数"),
    "changes_help": ("What the latest run changed, and why. Every change is in changes.csv.",
                     "最近一次评分改变的分数及其原因。所有改变都在 changes.csv 中。"),
    "before": ("Before", "之前"),
    "after": ("After", "之后"),
    "cause": ("Cause", "原因"),
    "counts": ("What counts", "以何为准"),
    "kept_mark": ("the mark before", "之前的分数"),
    "new_mark": ("the new mark", "新的分数"),
    "attachments": ("Not graded, beside a submission", "附件（不评分）"),
    "attachments_short": ("Attachments", "附件"),
    "attachments_help": ("Files of students whose submission is another file.", "这些学生的提交是另一个文件。"),
    "beside": ("Beside", "提交文件"),
    "late": ("Handed in after the deadline: {count}.", "截止时间之后提交：{count} 份。"),
    "scores": ("Scores", "分数"),
    "scores_caption": ("How many submissions earned which share of the {possible} points. "
                       "The line marks the median, {median}.",
                       "各得分比例（满分 {possible} 分）的提交数。竖线为中位数 {median}。"),
    "points_caption": ("How many submissions earned how many of the {possible} points. "
                       "The line marks the median, {median}.",
                       "各得分（满分 {possible} 分）的提交数。竖线为中位数 {median}。"),
    "points_earned": ("points", "得分"),
    "share_of_points": ("share of the points", "得分比例"),
    "count": ("Count", "数量"),
    "show_numbers": ("Show the numbers", "显示数据"),
    "questions": ("Questions and test cases", "题目与测试"),
    "questions_help": ("Earned is the mean share of the points: low is hard. Discrimination is the correlation "
                       "with the points earned elsewhere: below 0.2 a check says little, below 0 it "
                       "misleads. Unreadable files are left out.",
                       "得分率为平均得分比例：越低越难。区分度是与其余得分的相关系数：低于 0.2 说明不了什么，"
                       "低于 0 则有误导。无法读取的文件不计入。"),
    "case": ("Test case", "测试"),
    "worth": ("Points", "分值"),
    "earned": ("Earned", "得分率"),
    "discrimination": ("Discrimination", "区分度"),
    "spread": ("Full, part and no points", "满分、部分分与零分"),
    "full": ("full", "满分"),
    "part": ("part", "部分"),
    "none": ("none", "零分"),
    "often_fails_with": ("Often seen", "常见误解"),
    "test_cases_of": ("Test cases of {question}", "{question} 的测试"),
    "misconceptions": ("Misconceptions", "误解"),
    "misconceptions_help": ("Recognised by the tests, counted once per submission.", "由测试识别，每份提交计一次。"),
    "misconception": ("Misconception", "误解"),
    "where": ("Questions", "题目"),
    "all_misconceptions": ("Show {count} less frequent ones", "显示另外 {count} 个较少见的"),
    "show_these": ("Show these", "查看这些"),
    "curves": ("Drawn curves", "绘制的曲线"),
    "curves_caption": ("Submissions with a drawing: {drawn}. Curves that are alike are drawn once.",
                       "有图的提交：{drawn} 份。相同的曲线只画一次。"),
    "right_curve": ("right:", "正确："),
    "solved_curve": ("drawn with full marks", "满分者所画"),
    "wrong_curve": ("not right", "不正确"),
    "agreed": ("The right curve is the one on which submissions with full marks agree.", "正确曲线取自满分提交的一致结果。"),
    "no_reference": ("There is no one right curve for this question.", "此题没有唯一的正确曲线。"),
    "errors": ("Errors", "错误"),
    "captured_errors": ("Errors that the exercises ask for", "题目要求捕获的错误"),
    "captured_errors_help": ("Captured in the notebooks, and looked at by the tests.", "由笔记本捕获，并由测试检查。"),
    "cell_errors": ("Unexpected errors, which ended a cell", "意外的错误（中断了单元格）"),
    "cell_errors_help": ("What stands below such a line in its cell did not run.", "单元格中该行之后的语句没有运行。"),
    "error": ("Error", "错误"),
    "raised_in": ("Raised in", "抛出位置"),
    "timings": ("Time", "用时"),
    "timings_caption": ("Seconds in the sandbox per submission: median {median}, 95th percentile {high}, "
                        "slowest {slowest}. CPU time in total: {cpu}.",
                        "每份提交在沙箱中的秒数：中位数 {median}，95 百分位 {high}，最慢 {slowest}。CPU 总用时：{cpu}。"),
    "seconds": ("seconds", "秒"),
    "slowest": ("Slowest", "最慢"),
    "trouble": ("Needs a look first", "请先查看"),
    "trouble_not_graded": ("not graded, through a fault of ours", "因系统故障未评分"),
    "trouble_not_graded_help": ("No mark was given: grade again with the same command.", "没有给分：用同一条命令重新评分即可。"),
    "trouble_wrong_file": ("the wrong file", "交错了文件"),
    "trouble_wrong_file_help": ("Zero points until the right notebook comes.", "在交来正确的笔记本之前为零分。"),
    "trouble_unreadable": ("cannot be read", "无法读取"),
    "trouble_unreadable_help": ("Zero points; the reason says what would help.", "零分；原因一栏说明如何补救。"),
    "trouble_early": ("ended early", "提前结束"),
    "trouble_early_help": ("They keep the points that they earned until they ended.", "保留结束前得到的分数。"),
    "trouble_imports": ("failed imports", "导入失败"),
    "trouble_imports_help": ("A module is not there where notebooks are graded; what needs it failed.",
                             "评分环境中没有该模块；依赖它的内容都失败了。"),
    "trouble_twins": ("identical files", "完全相同的文件"),
    "trouble_twins_help": ("Several submissions are the same file.", "多份提交是同一个文件。"),
    "trouble_several": ("more than one from a student", "同一学生的多份提交"),
    "trouble_several_help": ("Each is graded; the export takes one, and says which.", "每份都已评分；导出时只取一份并予以说明。"),
    "noticed": ("Worth a look: what the grader relies on was touched", "值得一看：触及了评分所依赖的内容"),
    "noticed_short": ("Worth a look", "值得一看"),
    "noticed_help": ("Names of torch, NumPy or the grader that lead elsewhere at the end of the notebook, and looks at "
                     "frames, raw memory and the like. There may be a good reason: nothing was taken off for it.",
                     "笔记本结束时 torch、NumPy 或评分程序的某些名称已被改动，或访问了栈帧、内存等。也可能有正当理由：未因此扣分。"),
    "noticed_count": ("Notebooks that touch what the grader relies on: {count}. See below.", "触及评分所依赖内容的笔记本：{count} 份，见下文。"),
    "more_noticed": ("… and {count} more; results.json of each tells.", "…… 另有 {count} 份，见各自的 results.json。"),
    "touched": ("What was touched, and where", "触及的内容及位置"),
    "answered": ("answered by the student’s object", "由学生的对象作答"),
    "reported": ("as reported by the notebook’s own process", "由笔记本自身进程报告"),
    "more_of_these": ("… and {count} more: filter the table below by how they ended.", "…… 另有 {count} 份：请在下表按状态筛选。"),
    "file": ("File", "文件"),
    "ended": ("Ended", "状态"),
    "reason": ("Reason", "原因"),
    "score": ("Score", "得分"),
    "search": ("Search files, misconceptions and notes", "搜索文件、误解与备注"),
    "all_statuses": ("all", "全部"),
    "all_slips": ("any", "任意"),
    "page": ("Page {page} of {pages}", "第 {page} / {pages} 页"),
    "previous": ("Previous", "上一页"),
    "next": ("Next", "下一页"),
    "rows_shown": ("{shown} of {count} submissions", "{count} 份中的 {shown} 份"),
    "reset": ("Reset", "重置"),
    "no_script": ("The table needs JavaScript; grades.csv beside this report holds the same rows.",
                  "此表需要 JavaScript；报告旁的 grades.csv 含有相同数据。"),
    "nothing": ("Nothing to show.", "没有内容。"),
    "notes": ("Notes", "备注"),
    "empty_help": ("When submissions lie in the folder, the same command grades them and writes this page anew.",
                   "文件夹中有提交之后，用同一条命令评分即可更新此页。"),
    "click_columns": ("A click on a column shows its submissions.", "点击柱形可查看相应的提交。"),
    "few_help": ("With so few submissions discrimination says nothing, and is left out.", "提交太少，区分度没有意义，故不显示。"),
    "asks": ("What the test case asks", "测试内容"),
    "the_test": ("The test", "测试代码"),
    "failed_count": ("{count} not passed", "{count} 份未通过"),
    "see_answers": ("Distinct answers: {count}", "不同的答案：{count} 种"),
    "curve_groups": ("Curves that are not right, those that are alike together", "不正确的曲线（相同的归为一组）"),
    "curve": ("Curve", "曲线"),
    "labelled": ("Labelled", "标签"),
    "more_curves": ("… and {count} more kinds of curves.", "…… 另有 {count} 种曲线。"),
    # answers to a question
    "answers_title": ("What the class wrote", "全班的答案"),
    "back_to_report": ("Class report", "班级报告"),
    "answers_help": ("Answers that differ only in comments, spaces or names of local variables are one. "
                     "Students’ code is shown as text; nothing of it runs here.",
                     "仅注释、空白或局部变量名不同的答案视为同一种。学生代码只作为文本显示，不会运行。"),
    "answers_count": ("{answered} answers, {distinct} distinct", "{answered} 份答案，{distinct} 种"),
    "search_code": ("Search in the code and names", "在代码和姓名中搜索"),
    "only_wrong": ("not full marks only", "只看未得满分"),
    "every_check": ("every check passed", "所有检查都通过"),
    "failed_checks": ("Checks not passed: {count}", "未通过的检查：{count} 项"),
    "fails": ("not passed:", "未通过："),
    "times": ("{count} students", "{count} 名学生"),
    "once": ("1 student", "1 名学生"),
    "spellings": ("in {count} spellings; this is the commonest", "{count} 种写法，此为最常见的一种"),
    "and_more": ("and {count} more", "另有 {count} 名"),
    "rarer": ("Rarer answers that are left out here: {count}.", "此处略去的少见答案：{count} 份。"),
    "no_answers": ("No code found for this question: {count}", "此题没有找到代码：{count} 份"),
    "nothing_found": ("No answer matches.", "没有符合条件的答案。"),
    "empty_class": ("No submission has been graded yet.", "尚无已评分的提交。"),
    # feedback
    "feedback_title": ("Feedback", "反馈"),
    "feedback_head": ("Feedback: {title}", "反馈：{title}"),
    "solved": ("All right", "全部正确"),
    "partly": ("Partly right", "部分正确"),
    "unsolved": ("Not yet", "尚未完成"),
    "what_was_right": ("What was right", "做对的部分"),
    "look_again": ("What to look at again", "需要再看的部分"),
    "looks_like": ("Recognised", "识别出的误解"),
    "further_check": ("A further check did not pass. Try your code on other inputs: other shapes, negative "
                      "numbers, a single number, and both sides of every condition.",
                      "还有一项检查未通过。请用其他输入试试你的代码：其他形状、负数、单个数，以及每个条件的两侧。"),
    "further_value": ("A further check did not pass. Look again at what each name of this exercise has "
                      "to hold: its value, its type, and what it is made of.",
                      "还有一项检查未通过。请再看看这道题的每个变量应当是什么：它的值、类型，以及由什么构成。"),
    "further_passed": ("A further check passed.", "还有一项检查通过。"),
    "your_curve": ("Your curves", "你的曲线"),
    "your_curve_only": ("Your drawing, made again from the recorded points.", "根据记录的数据重画的图。"),
    "beside_expected": ("Your drawing, made again from the recorded points, and the expected shape.",
                        "根据记录的数据重画的图，以及期望的形状。"),
    "expected_shape": ("expected shape", "期望的形状"),
    "errors_met": ("Errors you captured, explained", "你捕获的错误及解释"),
    "cells_failed": ("Cells that ended in an error", "出错的单元格"),
    "cell_number": ("Code cell {number}", "第 {number} 个代码单元格"),
    "what_happened": ("What happened", "发生了什么"),
    "no_mark": ("This submission has no mark: something went wrong on our side. It will be graded again.",
                "此提交没有分数：系统出现故障，将重新评分。"),
    "your_code": ("Your code", "你的代码"),
    "exercise_text": ("The exercise", "题目原文"),
    "read_again": ("Read again", "重读"),
    "same_cause": ("Checks that this concerns: {count}", "与此有关的检查：{count} 项"),
    "one_check": ("The check", "该项检查"),
    "lost": ("−{points} points", "−{points} 分"),
    "earned_of": ("{earned} / {possible}", "{earned} / {possible} 分"),
    "handed_in": ("handed in {date}", "提交于 {date}"),
    "graded_on": ("graded {date}", "评分于 {date}"),
    "no_text": ("This check did not pass.", "此检查未通过。"),
    "overview": ("Overview", "概览"),
    **COURSE_TEXTS,
}  # fmt: skip

HAN = re.compile("[\u3400-\u9fff]")
STATUSES = {
    Status.COMPLETED: ("Completed", "完成"),
    Status.TIMEOUT: ("Time limit", "超时"),
    Status.CPU_LIMIT: ("CPU limit", "CPU 超限"),
    Status.MEMORY_LIMIT: ("Memory limit", "内存超限"),
    Status.DISK_LIMIT: ("Disk limit", "磁盘超限"),
    Status.OUTPUT_LIMIT: ("Output limit", "输出超限"),
    Status.CRASHED: ("Crashed", "崩溃"),
    Status.PROTOCOL: ("Interfered with the grader", "干扰评分"),
    Status.UNREADABLE: ("Unreadable", "无法读取"),
    Status.NOT_GRADED: ("Not graded", "未评分"),
}


def both(english: object, chinese: object) -> Markup:
    """Return markup that holds both languages; the page shows one."""
    return Markup(
        f'<span class="en" lang="en">{escape(english)}</span>'
        f'<span class="zh" lang="zh-Hans">{escape(chinese)}</span>'
    )


def text(key: str, **values: object) -> Markup:
    """Return a sentence in both languages, its values escaped."""
    return _filled_text(key, values) if values else _fixed_text(key)


def bilingual(line: str) -> Markup:
    """Return ``English ‖ 中文`` in both languages; a text in one language stands for both."""
    english, separator, chinese = line.partition(SEPARATOR)
    return both(english, chinese) if separator else escape(line)


def english(line: str) -> str:
    """Return the English of ``English ‖ 中文``, for where no markup can stand."""
    return line.partition(SEPARATOR)[0]


def said(message: str) -> Markup:
    """Return a message as it is, each line marked with its language, for who listens to it."""
    return Markup(
        "\n".join(
            f'<span lang="{"zh-Hans" if HAN.search(line) else "en"}">{escape(line)}</span>'
            for line in message.split("\n")
        )
    )


def spoken(lines: Iterable[tuple[str, str]]) -> Markup:
    """Return lines of a message of which the page shows one language at a time.

    A line that is known in one language only is shown with both.
    """
    return Markup("\n").join(_spoken(english, chinese) for english, chinese in lines)


def _spoken(english: str, chinese: str) -> Markup:
    if english == chinese:
        return said(english)
    return Markup(
        f'<span class="zh" lang="zh-Hans">{escape(chinese)}</span>'
        f'<span class="en" lang="en">{escape(english)}</span>'
    )


def slip_name(slip: str) -> tuple[str, str]:
    """Return a misconception's name for people, in English and Chinese."""
    english = ENGLISH.get(slip) or slip.replace("-", " ").capitalize()
    return english, CHINESE.get(slip, english)


def _filled_text(key: str, values: dict[str, object]) -> Markup:
    english, chinese = TEXTS[key]
    return both(_filled(english, values, 0), _filled(chinese, values, 1))


@cache
def _fixed_text(key: str) -> Markup:
    return _filled_text(key, {})


def _filled(template: str, values: dict[str, object], language: int) -> Markup:
    """Fill a template; a value that is a pair holds one text per language."""
    chosen = {k: v[language] if isinstance(v, tuple) else v for k, v in values.items()}
    return Markup(escape(template)).format(**chosen)
