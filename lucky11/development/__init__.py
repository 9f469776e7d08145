"""What bin/run, bin/test and bin/check do once their virtual environment is there."""
