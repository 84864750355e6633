"""Files, folders and streams of any size through the kernel; see `deidentify_file`."""
