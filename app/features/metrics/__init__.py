"""Monthly metrics (月度数据): the figures that a month is measured by beside its score."""
