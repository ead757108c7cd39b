-- CreateIndex
CREATE INDEX "Team_createdAt_idx" ON "Team"("createdAt");
