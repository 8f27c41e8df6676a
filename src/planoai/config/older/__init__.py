"""Files of older versions: their forms read as the newest, and their text written anew in it."""
