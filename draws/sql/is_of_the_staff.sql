-- Whether somebody is of the staff in any way: by their account, a group, or a permission of their own.
-- In PL/pgSQL, which keeps its plans: every ticket asks this.
CREATE OR REPLACE FUNCTION is_of_the_staff(p_user text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM users u WHERE u.id = p_user AND (u.is_staff OR u.is_superuser))
        OR EXISTS (SELECT 1 FROM users_groups g WHERE g.user_id = p_user)
        OR EXISTS (SELECT 1 FROM users_user_permissions p WHERE p.user_id = p_user);
END $$;

-- undo

DROP FUNCTION is_of_the_staff(text);
