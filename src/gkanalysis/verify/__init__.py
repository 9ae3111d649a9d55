"""Verdicts on numbers: do published figures agree with themselves, and with what is rebuilt from data?"""
