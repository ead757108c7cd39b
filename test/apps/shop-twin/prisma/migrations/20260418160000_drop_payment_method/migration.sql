DROP TYPE "PaymentMethod" CASCADE;
--< 1:26 destructive-migration error
