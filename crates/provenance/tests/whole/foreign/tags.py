"""The label that mutagen reads in sound files, one line a file. Arguments: files."""

import sys

import mutagen

for name in sys.argv[1:]:
    tags = mutagen.File(name).tags
    values = tags.getall("TXXX:AIGC") if name.endswith(".mp3") else tags["AIGC"]
    print(*(str(value) for value in values))
