-- Whether somebody is staff who may adjust coins.
CREATE OR REPLACE FUNCTION may_adjust(p_staff text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM users u WHERE u.id = p_staff AND u.is_staff AND u.is_active AND (u.is_superuser OR EXISTS (
            SELECT FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
            WHERE (c.app_label, p.codename) = ('ledger', 'add_transaction')
              AND (EXISTS (SELECT FROM users_user_permissions x WHERE x.user_id = u.id AND x.permission_id = p.id)
                   OR EXISTS (SELECT FROM users_groups m JOIN auth_group_permissions g ON g.group_id = m.group_id
                              WHERE m.user_id = u.id AND g.permission_id = p.id)))))
$$;

-- undo

DROP FUNCTION may_adjust(text);
