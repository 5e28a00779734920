"""From navigation, camera and terrain to where each pixel of a pushbroom cube lies."""
