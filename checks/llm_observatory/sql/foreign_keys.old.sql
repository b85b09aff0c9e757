SELECT relation, name, definition
FROM (VALUES
    ('api_keys', 'fk_api_keys_user', 'FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE'),
    ('projects', 'fk_projects_owner', 'FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE')
) AS expected (relation, name, definition)
