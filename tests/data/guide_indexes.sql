-- Create performance indexes
CREATE INDEX CONCURRENTLY idx_draws_active_drawtime 
ON draws(isActive, drawTime) WHERE isActive = true;

CREATE INDEX CONCURRENTLY idx_participations_userid 
ON participations(userId);

CREATE INDEX CONCURRENTLY idx_participations_drawid 
ON participations(drawId);

CREATE INDEX CONCURRENTLY idx_transactions_userid_created 
ON transactions(userId, createdAt DESC);

CREATE INDEX CONCURRENTLY idx_winners_userid 
ON winners(userId);

CREATE INDEX CONCURRENTLY idx_winners_public_recent 
ON winners(isPublic, wonAt DESC) WHERE isPublic = true;
