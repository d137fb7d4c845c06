"""What reviews are good for beyond the estimates they are about: files of them, and labels to train on.

Nothing is imported here: the commands are, and must start at once.
"""
