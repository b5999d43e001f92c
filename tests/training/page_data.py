"""What the script of a page does with its data, for the tests that read them."""

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def filled(form, numbers):
    return "".join(part if isinstance(part, str) else numbers[part] if part >= 0 else numbers[~part].translate(RAISED) for part in form)


def retold(lines, kinds, rows):
    """The lines of every state, as the script of a page finds them."""
    layout, before, texts = {}, [], []
    for row in rows:
        changes, given = row.split("|")
        fresh = iter([f"0{number}" if number.startswith(".") else number for number in given.split(" ")])
        layout |= {int(place): kinds[int(kind)].split(" ") for place, kind in (change.split(":") for change in changes.split())}
        now = []
        for place in range(len(layout)):
            now.append([])
            for source in layout[place][1:]:
                far, _, at = source.removeprefix("<").partition(".")
                now[-1].append(next(fresh) if source == "*" else before[place + int(far)][int(at)] if source[0] == "<"
                               else now[place - int(far)][int(at)])
        before = now
        texts.append([filled(lines[int(layout[place][0])], numbers) for place, numbers in enumerate(now)])
    return texts


def spelled(text, words):
    return "".join(spelled(words[letter], words) if letter in words else letter for letter in text)
