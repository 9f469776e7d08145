-- A winner's video is a page of another site, with a text that says what it shows, and shown only once the winner has
-- agreed to this one. Another address or text is agreed to anew.
CREATE OR REPLACE FUNCTION winners_check_video() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        RAISE EXCEPTION 'Nobody has agreed to a video before the prize is won.' USING ERRCODE = 'L11GW';
    END IF;
    IF (NEW.celebration_video_url, NEW.video_text) IS DISTINCT FROM (OLD.celebration_video_url, OLD.video_text) THEN
        IF NEW.celebration_video_url <> '' AND (NEW.video_text !~ '\S' OR hidden_in(NEW.video_text)
                OR NEW.celebration_video_url !~ '^https://[a-z0-9-]+(\.[a-z0-9-]+)+/[^\s<>"@\\]*$') THEN
            RAISE EXCEPTION 'A video has an address of https without credentials, and a text that says what it shows.'
                USING ERRCODE = 'L11GW';
        END IF;
        NEW.video_agreed_at := NULL;
    ELSIF NEW.video_agreed_at IS NOT NULL
            AND (NEW.celebration_video_url = '' OR NOT happens_now(NEW.video_agreed_at)) THEN
        RAISE EXCEPTION 'A winner agrees to a video that is there, and now.' USING ERRCODE = 'L11GW';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER check_new_video BEFORE INSERT ON winners FOR EACH ROW
    WHEN (NEW.video_agreed_at IS NOT NULL) EXECUTE FUNCTION winners_check_video();
CREATE OR REPLACE TRIGGER check_video BEFORE UPDATE OF celebration_video_url, video_text, video_agreed_at ON winners
    FOR EACH ROW WHEN ((OLD.celebration_video_url, OLD.video_text, OLD.video_agreed_at)
                       IS DISTINCT FROM (NEW.celebration_video_url, NEW.video_text, NEW.video_agreed_at))
    EXECUTE FUNCTION winners_check_video();

-- undo

DROP TRIGGER check_video ON winners;
DROP TRIGGER check_new_video ON winners;
DROP FUNCTION winners_check_video();
