-- Django's database cache: sign-in limits live here, so that signing in survives a lost Redis.

CREATE TABLE cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX cache_expires ON cache (expires);

-- undo

DROP TABLE cache;
