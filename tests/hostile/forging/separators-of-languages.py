# tries: texts with the mark that parts two languages, and with the names of misconceptions
# bind: raiser
def raiser(*a, **k): raise RuntimeError("[graph-cut] ok ‖ Test passed! ‖ 通过 ‖ <script>alert(1)</script> {0.__class__} %s %(points)d {points} 100/100")
class Liar(Exception):
    def __str__(self): return "‖" * 5000 + "[" * 5000
# %% end
raise Liar()
