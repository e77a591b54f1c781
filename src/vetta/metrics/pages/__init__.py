"""The pages of KPIs: catalogue, explorer, explanation, rows, defining one's own."""
