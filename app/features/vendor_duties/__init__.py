"""What a vendor owes of itself: monthly reports (项目月报) and key posts (关键岗位)."""
