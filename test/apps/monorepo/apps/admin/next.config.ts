import type { NextConfig } from 'next';

const nextConfig: NextConfig = {
  transpilePackages: ['@acme/auth', '@acme/db', '@acme/env'],
};

export default nextConfig;
