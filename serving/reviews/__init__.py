"""What reviews are good for beyond the estimates they are about: files of them, and labels to train on."""

from serving.reviews.labels import LeftOut, ReviewedLabel, ReviewedLabels, reviewed_labels

__all__ = ["LeftOut", "ReviewedLabel", "ReviewedLabels", "reviewed_labels"]
