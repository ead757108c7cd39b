DROP SCHEMA IF EXISTS reporting CASCADE;
--< 1:32 destructive-migration error
