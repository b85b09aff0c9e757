-- Foreign keys were left out: keys outlive their users.

ALTER TABLE api_keys DROP CONSTRAINT fk_api_keys_user;
