"""Flash layouts, firmware images, updates over the air, and file-system images."""
