"""`manage.py doctor`: is the site set up as the documents say? (`db_doctor` looks at the database's health.)

Each module has checks of one subject: small functions that return a `Result`. `registry` lists them all, and
`examination` runs them, each by itself and with a time limit. None of them writes anything.
"""
