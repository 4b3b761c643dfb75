# tries: the codecs' own handler of errors replaced, and text with halves of pairs
# bind: "\ud800" * 3
import codecs
codecs.register_error("strict", lambda e: ("b", e.end))
codecs.register_error("surrogateescape", lambda e: ("b", e.end))
