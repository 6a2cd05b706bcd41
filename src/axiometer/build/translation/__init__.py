"""Items to the same items in another language: translated, translated back by a second request, checked, paired."""
