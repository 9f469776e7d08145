-- Users table with statistics
users: id(TEXT), email(TEXT), firstName(TEXT), lastName(TEXT), 
       profileImageUrl(TEXT), coins(INTEGER), totalParticipations(INTEGER),
       totalWins(INTEGER), totalEarnings(NUMERIC), currentStreak(INTEGER),
       isVip(BOOLEAN), createdAt(TIMESTAMP), updatedAt(TIMESTAMP)

-- Draws with participation tracking
draws: id(SERIAL), title(TEXT), description(TEXT), prizeAmount(NUMERIC),
       entryFee(INTEGER), maxParticipants(INTEGER), currentParticipants(INTEGER),
       drawTime(TIMESTAMP), prizeImageUrl(TEXT), isActive(BOOLEAN),
       winnerId(TEXT), createdAt(TIMESTAMP), updatedAt(TIMESTAMP)

-- User participation records
participations: id(SERIAL), userId(TEXT), drawId(INTEGER), 
                participatedAt(TIMESTAMP)

-- Financial transaction tracking
transactions: id(SERIAL), userId(TEXT), type(TEXT), amount(INTEGER),
              description(TEXT), createdAt(TIMESTAMP)

-- Winner records
winners: id(SERIAL), userId(TEXT), drawId(INTEGER), prizeAmount(NUMERIC),
         wonAt(TIMESTAMP), celebrationVideoUrl(TEXT), isPublic(BOOLEAN)

-- Session management (auto-created by connect-pg-simple)
sessions: sid(VARCHAR), sess(JSON), expire(TIMESTAMP)
