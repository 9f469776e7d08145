-- The mailbox that an email address leads to, in one spelling: addresses of one mailbox have one answer.
-- An index of the players' addresses and `welcomed_mailboxes` hold answers: whoever adds a provider makes the
-- index anew and adds the new spellings to the table, in the same migration.
--
-- The list says of each provider, by what its domains look like: the domain that stands for all of them (none:
-- each has mailboxes of its own), letters of the name that are turned into others or ignored, and what begins a
-- tag that is ignored. Of a domain that is not in it nothing is known, so dots and tags count there.
--   Google     dots and +tags are ignored, googlemail.com is gmail.com: support.google.com/mail/answer/7436150
--              and /22370
--   Microsoft  +tags: learn.microsoft.com, "Plus addressing in Exchange Online"; Outlook.com has the same
--   Apple      me.com and mac.com are icloud.com: support.apple.com/en-us/HT201771; +tags
--   Proton     all its domains, +tags: proton.me/support/addresses-and-aliases; dots, hyphens and underscores are
--              ignored: removeEmailAlias in github.com/ProtonMail/WebClients
--   Fastmail   +tags, and anything@name.fastmail.com is name@fastmail.com: fastmail.help, "Plus addressing and
--              subdomain addressing"
--   Yahoo      name-tag: help.yahoo.com, "Create and manage disposable email addresses"; not in Japan
--   Yandex     all its domains, dots are hyphens, +tags: yandex.com/support/mail, "Aliases"
--   others     +tags (RFC 5233): hey.com, mail.ru and its domains, mailbox.org, pobox.com, posteo, runbox.com,
--              startmail.com, zoho, each in its help pages
CREATE OR REPLACE FUNCTION mailbox_of(email text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole text := lower(normalize(btrim(email), NFKC));
    name text := substring(whole FROM '^(.+)@[^@]+$');
    host text := rtrim(replace(substring(whole FROM '@([^@]+)$'), '。', '.'), '.');
    provider record;
BEGIN
    IF name IS NULL THEN
        RETURN whole;
    END IF;
    SELECT string_agg(punycode(label), '.' ORDER BY place) INTO host
        FROM unnest(string_to_array(host, '.')) WITH ORDINALITY AS l(label, place);
    IF name ~ '^".*"$' THEN
        -- Quoted, a name is the same as without (RFC 5321, 4.1.2).
        name := regexp_replace(substr(name, 2, char_length(name) - 2), '\\(.)', '\1', 'g');
    END IF;
    IF host ~ '^[^.]+\.fastmail\.(com|fm)$' THEN
        name := split_part(host, '.', 1);
        host := substr(host, char_length(name) + 2);
    END IF;
    SELECT p.main, p.letters, p.becoming, p.tag INTO provider FROM (VALUES
        ('^(gmail|googlemail)\.com$', 'gmail.com', '.', '', '+'),
        ('^((outlook|hotmail|live)(\.com?)?\.[a-z]{2}|(outlook|hotmail|live|msn|windowslive|passport)\.com)$',
         NULL, '', '', '+'),
        ('^(icloud|me|mac)\.com$', 'icloud.com', '', '', '+'),
        ('^(proton\.me|protonmail\.(com|ch)|pm\.me)$', 'proton.me', '._-', '', '+'),
        ('^fastmail\.(com|fm)$', NULL, '', '', '+'),
        ('^(yahoo\.com|(ymail|rocketmail)\.com|yahoo(\.com?)?\.(?!jp$)[a-z]{2})$', NULL, '', '', '-'),
        ('^(yandex\.(ru|com|by|kz|ua|uz|az|com\.tr)|ya\.ru)$', 'yandex.ru', '.', '-', '+'),
        ('^(hey\.com|(mail|inbox|list|bk|internet)\.ru|mailbox\.org|pobox\.com|posteo\.[a-z]{2,3}|runbox\.com'
         '|startmail\.com|zoho(mail)?\.(com|eu|in))$', NULL, '', '', '+')
        ) AS p(hosts, main, letters, becoming, tag)
        WHERE host ~ p.hosts;
    IF FOUND THEN
        name := coalesce(nullif(split_part(name, provider.tag, 1), ''), name);
        name := coalesce(nullif(translate(name, provider.letters, provider.becoming), ''), name);
        host := coalesce(provider.main, host);
    END IF;
    RETURN name || '@' || host;
END $$;

-- undo

DROP FUNCTION mailbox_of(text);
