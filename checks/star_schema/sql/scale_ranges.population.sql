SELECT COUNT(*) AS brand_metrics FROM brand_metrics
