-- CreateIndex: alone in its file, because CONCURRENTLY can't run in a transaction.
CREATE INDEX CONCURRENTLY "Order_status_createdAt_idx" ON "Order"("status", "createdAt");
