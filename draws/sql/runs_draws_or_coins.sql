-- Whether a staff member may publish draws or adjust coins: then they take no tickets.
CREATE OR REPLACE FUNCTION runs_draws_or_coins(p_staff text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT u.is_superuser OR EXISTS (
        SELECT 1 FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
        WHERE (c.app_label, p.codename) IN (('draws', 'publish_draw'), ('ledger', 'add_transaction'))
          AND (EXISTS (SELECT 1 FROM users_user_permissions x WHERE x.user_id = u.id AND x.permission_id = p.id)
               OR EXISTS (SELECT 1 FROM users_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
                          WHERE m.user_id = u.id AND g.permission_id = p.id)))
    FROM users u WHERE u.id = p_staff
$$;

-- undo

DROP FUNCTION runs_draws_or_coins(text);
