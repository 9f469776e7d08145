-- Django gives each text key a second index for LIKE searches that nobody makes here.

DROP INDEX sessions_sid_24a2b381_like;
DROP INDEX users_id_605f60ff_like;

-- undo

CREATE INDEX sessions_sid_24a2b381_like ON sessions (sid varchar_pattern_ops);
CREATE INDEX users_id_605f60ff_like ON users (id text_pattern_ops);
