-- backend-specialist: acknowledged the coupons were never released, the table is empty in production
DROP TABLE "Coupon";
