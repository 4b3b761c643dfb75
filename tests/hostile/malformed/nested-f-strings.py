# tries: f-strings in f-strings, with every quote, and with what cannot be written again
for cell in notebook["cells"]:
    if cell.get("id", "").startswith("q1-answer"):
        cell["source"] = "a = f'''{f\"\"\"{f\"{f'{1}'}\"}\"\"\"}'''\nb = f'{chr(10)!r:>{10}}'\nc = f'''{\n\"x\"\n}'''\nd = f\"{'a' 'b'}\" '\\\\' \"'\" '\"' f'{{}}\\n{1}'\ne = f'''{\"\"\"\n\"\"\"}'''\ng = f'{1:{\"{\"}>10}'\nh=f'{\"é\\\\N{{DIGIT ONE}}\" if 0 else 1}' if 0 else 1\n"
    if cell.get("id", "").startswith("q2-answer"):
        cell["source"] = "x = f\"{'''\n'''}{'\"'}{\"\"\"'\"\"\"}\"\n" + "y = " + "f'{" * 1 + "f\"{" * 1 + "1" + "}\"" + "}'\n"
