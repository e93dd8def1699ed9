"""Word knowledge shipped with textmine: the code frame, cues, segmentation words. Data only."""
