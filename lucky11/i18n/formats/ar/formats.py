# As the browser writes them (Intl), so that what a script changes on a page looks as it was.
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
DATE_FORMAT = "j F Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "j F Y، g:i A"
SHORT_DATE_FORMAT = "j/n/Y"
SHORT_DATETIME_FORMAT = "j/n/Y، g:i A"
DAY_FORMAT = "j F"
FULL_FORMAT = "l j F، g:i A"
FULL_YEAR_FORMAT = "l j F Y، g:i A"
MAIL_FORMAT = "j F Y، g:i A"
EXACT_FORMAT = "j F Y، g:i:s A"
