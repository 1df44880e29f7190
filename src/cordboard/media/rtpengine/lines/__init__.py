"""The media lines of a call: sound, and pictures once a description has had some.

rtpengine 10.5 knows no BUNDLE and blocks whole calls only, not one of their media lines. So each line is a call of its
own to it, with ports, ICE and DTLS of its own towards both sides.
"""
