from tests.warehouse.folder import data_folder


__all__ = ["data_folder"]
