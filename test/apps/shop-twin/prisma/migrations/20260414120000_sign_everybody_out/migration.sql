TRUNCATE TABLE "Session";
--< 1:25 destructive-migration error
